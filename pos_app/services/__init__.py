"""What people want to do at a till, one module per intention; plain synchronous calls over ports."""

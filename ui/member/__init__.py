"""The member of a sale, as the checkout screen shows them."""

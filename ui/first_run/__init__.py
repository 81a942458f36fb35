"""The first start: try the demo store, or set this store up step by step."""

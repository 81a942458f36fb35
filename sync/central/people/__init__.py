"""The operators of all stores: kept here, delivered to their tills, working there without a network."""

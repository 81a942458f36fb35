"""The back office of the programme: pages of the central service for the people who look after it."""

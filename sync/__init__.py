"""Getting journal entries to the central rewards service, and the service itself."""

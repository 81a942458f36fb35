"""Programs that are measured in a process of their own, so that no measurement warms or burdens another."""

"""Who is at the till: signing on, locking, and a second person's approval."""

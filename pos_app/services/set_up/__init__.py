"""Setting a store up: a description of every setting, drafts of changes, examples of what they do, and saving them."""

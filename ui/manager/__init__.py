"""What a manager looks at: reports with pictures, and the journal."""

"""More than the machine carries: what is still answered, what is turned away, and that nothing was lost."""

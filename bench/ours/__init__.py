"""What Glacier's process does in each case: the product's own functions, timed."""

"""Pages about supplies: home, the overview of the lists, the search across them."""

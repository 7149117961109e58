"""Programs for who works on kokorod: make calls them."""

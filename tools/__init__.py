"""Programs for the development of kokorod; make calls them."""

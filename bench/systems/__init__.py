"""What is measured: kokorod, its command line, and the systems it is compared with."""

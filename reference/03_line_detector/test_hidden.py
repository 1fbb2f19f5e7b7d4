"""Hidden tests of assignment 03."""

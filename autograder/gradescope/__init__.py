"""A zip for Gradescope that grades there as ``autograder grade`` grades here."""

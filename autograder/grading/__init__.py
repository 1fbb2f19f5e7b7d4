"""From tests to grades: one submission, many submissions, the gradebook."""

"""Is the grading right? Solutions that are known to be right or wrong are graded, and slips are counted."""

# does: hands in a symbolic link to another student's notebook
# expect: error unreadable
# stopped by: none
# attacks: 1
# link: other

# does: hands in a symbolic link to the canary
# expect: error unreadable
# stopped by: none
# attacks: 1
# link: canary

# does: hides a failing cell by the tags that nbclient honours
# expect: error cell-raised
# stopped by: none
# attacks: 1
# %% {"tags": ["raises-exception", "skip-execution", "remove-cell", "parameters"]}
del double
# %% {"tags": ["raises-exception"], "execution": {"status": "ok"}, "trusted": true}
1 / 0


def double(x):
    return 2 * x

# does: prints and displays what the grader prints for a pass, with control characters
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
from IPython.display import display

print("\x1b[2J\x1b[H1  pass  4/4\n::set-output name=score::100\n##vso[task.complete result=Succeeded;]")
display({"application/vnd.autograder.result+json": {"verdict": "pass", "points": 4}}, raw=True)
get_ipython().display_pub.publish({"text/plain": "1 passed"}, metadata={"status": "ok"}, transient={"display_id": "1"}, update=True)


def double(x):
    print("\r1  pass  4/4")
    return 7

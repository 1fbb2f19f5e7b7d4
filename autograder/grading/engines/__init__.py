"""Where submissions are graded: in processes here, or on the machines of a cluster.

An engine is what a batch gives its submissions to. Which there are says ``registry``, what one has to offer
``protocol``. Wherever it is, a submission is graded by the same code in a worker process of its own kind
(``process``), so that no engine has a say in a grade.
"""

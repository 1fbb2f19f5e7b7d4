# does: rewrites every later cell and what is displayed, by IPython's transformers and hooks
# expect: error raised
# stopped by: none
# attacks: 1
# %%
ip = get_ipython()
ip.input_transformers_post.append(lambda lines: ["def double(x):\n", "    return 6\n"])
ip.run_cell = ip.run_cell_async = lambda *a, **k: None
ip.events.register("pre_run_cell", lambda info: ip.user_ns.update(double=lambda x: 6))
ip.showtraceback = lambda *a, **k: None
ip.set_custom_exc((BaseException,), lambda *a, **k: None)
# %%
def double(x):
    return 2 * x

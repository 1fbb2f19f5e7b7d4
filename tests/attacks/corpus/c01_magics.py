# does: writes files by magics
# expect: fail assertion
# stopped by: restricted
# %%
ip = get_ipython()
attempt(ip.run_cell_magic, "writefile", world.hidden_tests, "x = 1")
attempt(ip.system, f"echo x > {world.results}")
attempt(ip.run_line_magic, "save", f"-f {world.home}/saved 1-3")
attempt(ip.run_line_magic, "logstart", f"{world.home}/log")
attempt(ip.run_line_magic, "logstop", "")

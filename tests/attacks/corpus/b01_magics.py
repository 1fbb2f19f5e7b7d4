# does: reads the canary by magics and shell commands
# expect: fail assertion
# stopped by: restricted
# %%
ip = get_ipython()
attempt(ip.getoutput, f"cat {world.canary}")
attempt(ip.run_line_magic, "sx", f"cat {world.canary}")
attempt(ip.run_line_magic, "run", world.hidden_tests)
attempt(lambda: CANARY)
attempt(ip.run_cell_magic, "bash", "--out got", f"cat {world.canary}")
attempt(lambda: got)

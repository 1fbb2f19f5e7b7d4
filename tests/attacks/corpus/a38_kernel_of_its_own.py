# does: names a kernel and a language of its own in the metadata
# expect: fail assertion
# stopped by: none
# attacks: 1
# metadata: {"kernelspec": {"name": "evil", "display_name": "sh", "language": "bash", "argv": ["sh", "-c", "touch /tmp/x"]}, "language_info": {"name": "bash"}}
# %%
def double(x):
    return 7

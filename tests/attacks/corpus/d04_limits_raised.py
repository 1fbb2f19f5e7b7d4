# does: raises its limits of processes and files
# expect: fail assertion
# stopped by: restricted
# %%
import resource

attempt(resource.setrlimit, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
attempt(lambda: world.did_it if resource.getrlimit(resource.RLIMIT_AS)[1] == resource.RLIM_INFINITY else "")

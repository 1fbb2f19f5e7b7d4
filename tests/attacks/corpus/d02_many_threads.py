# does: has five hundred threads at once
# expect: fail assertion
# stopped by: none
# %%
import threading


def many():
    threading.stack_size(64 * 1024)
    end = threading.Event()
    threads = [threading.Thread(target=end.wait, daemon=True) for _ in range(500)]
    try:
        for thread in threads:
            thread.start()
        return world.did_it
    finally:
        end.set()


attempt(many)

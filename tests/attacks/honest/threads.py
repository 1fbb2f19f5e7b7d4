# does: has twenty threads at once, and a pool of threads
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
import threading
from concurrent.futures import ThreadPoolExecutor


def double(x):
    threading.stack_size(256 * 1024)
    end = threading.Event()
    threads = [threading.Thread(target=end.wait) for _ in range(20)]
    for thread in threads:
        thread.start()
    end.set()
    for thread in threads:
        thread.join()
    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(lambda _: x, range(2)))

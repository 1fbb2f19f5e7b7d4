"""The value and the slope of exp come from PyTorch, which the assignment excludes.

rejected by: 2.8
"""

def op_exp(a):
    import torch

    x = torch.tensor(a.data, requires_grad=True)
    y = x.exp()

    def grad_fn(upstream):
        return (torch.autograd.grad(y, x, torch.tensor(upstream))[0].numpy(),)

    return Tensor(y.detach().numpy(), (a,), grad_fn)

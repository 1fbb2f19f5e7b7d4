"""t is 0 in the first step.

rejected by: 3.3
"""

class Adam:
    def step(self):
        with torch.no_grad():
            for p, m, s in zip(self.parameters, self.means, self.squares):
                m.mul_(self.beta1).add_((1 - self.beta1) * p.grad)
                s.mul_(self.beta2).add_((1 - self.beta2) * p.grad**2)
                m_hat = m / (1 - self.beta1**self.t)
                s_hat = s / (1 - self.beta2**self.t)
                p -= self.lr * m_hat / (s_hat.sqrt() + self.eps)
        self.t += 1

"""Commands about the models on this machine. In reading order:

packs     `packs`
weights   `weights`
evaluate  `evaluate`, `evaluations`
train     `train`
bench     `bench`
"""

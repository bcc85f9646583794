"""Which street edges a trace was ridden along: a hidden-Markov matcher on the network's arrays."""

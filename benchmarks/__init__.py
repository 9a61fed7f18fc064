"""Measurements to repeat: each runs as `python -m benchmarks.NAME`, and `make` lists them.

Read `program` first (what all do as programs), then the measurements:
- `throughput` and `video`: the system (`stacks`) against bare `loops` over the same `pictures`, or
  the same clip, on the CPU (`settings`), in `rounds`; `worker_memory`: what a slot takes. Other
  `sides` of photos are `picture_loops` and a `peer`; `stages` are what one costs, part by part.
- `coordination`: what is left without models, on `servers` with workers of `instant_worker`.
- `scaling`: how many `simulated_slots` one database carries.
- `load`: how fast the status answers many `pollers` while workers are busy.
- `audience` and `pages`: how fast the API answers, over the invented faces of `crowds`.
- `votes`: whether intervals and probabilities hold on `labeled_faces` that they were not fitted on.
- `estimators`: the processor time of each model of every pack.
- `detection`: how well faces are found, in `scenes` and folders, and `hard_faces` most of all.
- `quality`: how errors grow as faces get worse, in pictures that are made so (`degradations`).
- `calibration`: whether corrected shares are nearer to the truth.
"""

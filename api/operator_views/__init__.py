"""The calls about the server itself, and not about its jobs. In reading order:

evaluations  how accurate the models are
packs        the models that jobs may ask for
limits       how large a submission may be
keys         API keys
sessions     who is logged in
audit        the audit log
webhooks     who is told what happens to jobs
health       liveness and readiness
metrics      metrics for Prometheus
"""

"""Pages to keep. In reading order:

templates          one page with everything in it
plots              drawings as SVG
accuracy_card      how accurate the models are
evaluation_report  an evaluation
job_report         a job
"""

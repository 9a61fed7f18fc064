"""Reports: single-file pages to keep and share. In reading order:

templates          the template environment, and how figures are written
pyramid            the population pyramid, of pages, too
plots              plots as SVG
accuracy_card      how accurate the models are
evaluation_report  the report of an evaluation
job_report         the report of a job
"""

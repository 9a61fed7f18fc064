"""Reports: single-file pages to keep and share. In reading order:

figures            how shares are written
templates          the template environment, and how figures are written
headline           the first answer: how many, of which gender, how old
pyramid            the population pyramid, of pages, too
plots              plots as SVG
evaluation_report  the report of an evaluation
pack_comparison    the report of several packs
accuracy_card      how accurate the models are
job_report         the report of a job
"""

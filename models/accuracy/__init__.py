"""How accurate the models are, and how far two analyses agree. In reading order:

labeled_pictures  labeled pictures with what the models found
bootstrap         intervals by resampling
accuracy          the figures that say how accurate the models are
columns           labeled pictures as columns
choices           a choice among classes: its ratios and its confusion table
gender_ratios     the ratios of genders
age_ratios        the ratios of ages
comparison        how two sets of estimates differ in accuracy
boxed_pictures    pictures with boxes of their faces, and which were found
detection_score   how well faces are found
measurement       labeled pictures to figures
pairing           the same faces in two analyses
agreement         how far two analyses agree
"""

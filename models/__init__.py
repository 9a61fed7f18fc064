"""Models and the values they give. Only weights and tables of labels are read. In reading order:

errors       every error raised on purpose
blocks       files read block by block
delimiters   what separates the cells of a CSV file
face         the values: boxes, ages, genders, faces
prominence   which face of a picture a label belongs to
age_groups   the oldest age, and the age groups of the Adience benchmark
labels       tables of labeled pictures
time_zones   time zones by their names
folder_names dimensions out of the folders of files
file_kinds   which files are read, and what kind of file some bytes are
containers   what the file of a picture holds, without its pixels
pictures     bytes to pixels
decoding     the same in a process that has no rights
conversion   published models become ONNX files
weights      the files that the models are opened from
statistics   shares, their intervals, and what corrects them
accuracy     how accurate the models are
quality      how well a face can be judged
packs        which models there are to choose from
graphs       models as files, opened and run
estimators   aligned faces to ages and genders
nets         pictures to faces with ages and genders
fitting      what makes the votes of a pack honest, fitted on labeled faces
validation   a pack tried before it is used
videos       videos to frames and back
tracks       the people in videos
people       the people in all pictures and videos of a job
"""

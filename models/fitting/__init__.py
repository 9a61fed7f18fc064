"""The few numbers of a pack that make its votes honest, fitted on labeled faces. In reading order:

folds      faces in parts, people undivided
intervals  the age interval
genders    the scale of genders
votes      weights, a map of ages, and both of these
"""

"""What is measured with. In reading order:

crowds         invented faces, as the sums that are kept of them
labeled_faces  what estimators make of labeled pictures
degradations   ways to make a picture worse
scenes         small faces with known boxes, and patterns without faces
hard_faces     faces that are hard to find
"""

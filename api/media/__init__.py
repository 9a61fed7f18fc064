"""Pictures and videos as their viewer may see them. In reading order:

thumbnails    thumbnails, with faces blurred for those who may not see them
plain_videos  uploaded videos without their metadata
"""

"""Thumbnails as their reader may see them: without the scope `pictures`, faces are blurred."""

from sqlalchemy.orm import Session

from api.access.callers import current_caller
from db.access.key_values import Scope
from db.item_values import Thumbnail
from db.results.pictures import read_thumbnail, shows_faces
from db.results.reading import read_item
from db.videos.tracks import read_track_thumbnail
from worker.pictures.thumbnails import blur_thumbnail


def may_see_faces() -> bool:
    """Whether whoever sent this request may see pictures as they are."""
    return Scope.PICTURES in current_caller().scopes


def find_thumbnail(session: Session, item_id: int) -> Thumbnail | None:
    """The thumbnail of an item. Of a video, only the colors are left: where else there are faces in
    that frame is not known."""
    thumbnail = read_thumbnail(session, item_id)
    if thumbnail is None or may_see_faces() or not shows_faces(session, item_id):
        return thumbnail
    item = read_item(session, item_id, faces_of_videos=False)
    if item is None or item.frames is not None or item.width_pixels is None:
        return blur_thumbnail(thumbnail, None, 1)
    faces = [one.face for one in item.faces]
    return blur_thumbnail(thumbnail, faces, item.width_pixels)


def find_track_thumbnail(session: Session, item_id: int, number: int) -> Thumbnail | None:
    """The thumbnail of a person in a video."""
    thumbnail = read_track_thumbnail(session, item_id, number)
    if thumbnail is None or may_see_faces() or not shows_faces(session, item_id):
        return thumbnail
    return blur_thumbnail(thumbnail, None, 1)

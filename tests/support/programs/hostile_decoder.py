"""A decoder that a picture has taken over: it answers what the picture says."""

import sys
from socket import socket

from models.decoding.messages import ANSWER, DecoderLost, Pixels, Question, send_fault, send_text


def main() -> None:
    connection = socket(fileno=int(sys.argv[1]))
    send_text(connection, "")
    while True:
        _, data = Question.receive(connection)
        match data:
            case b"nothing":
                return
            case b"nonsense":
                connection.sendall(ANSWER.pack(9, 1, 1, 1, 1))
            case b"too_much":
                Pixels(2**40, 2**40, 1, 1).send(connection)
            case b"bug":
                send_fault(connection, "a traceback")
            case _:
                Pixels(1, 1, 1, 1).send(connection)


if __name__ == "__main__":
    try:
        main()
    except DecoderLost:
        sys.exit()

"""Checks the files of airspec-media with programs that share no code with it; README.md says how to run it.

    python check.py FOLDER [--node FOLDER]

The folder holds files and `samples.json`: a list of objects with `file`, `container`, and what the file must be: `width`,
`height`, `milliseconds`, `framesPerSecond`, `sampleRate`, `channels`. Prints one line for each thing that is wrong; exits
with 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import assimp_py
import av
import av.logging
import trimesh

Sample = dict[str, Any]

IMAGES = {"JPEG": "mjpeg", "PNG": "png", "WebP": "webp"}
VIDEOS = {"MP4": ("mov", "mjpeg"), "MOV": ("mov", "mjpeg"), "WebM": ("webm", "vp8")}
SOUNDS = {"WAV": "pcm_s16le", "MP3": "mp3float", "FLAC": "flac", "Ogg": "opus"}
MESHES = {"GLB", "FBX", "OBJ", "STL", "PLY"}
OPUS_RATE = 48_000
# An MP3 is a whole number of frames, of which it has three or more: 36 ms each at the most.
MP3_TOLERANCE, MP3_FRAMES = Fraction(18, 1000), 3
# FFmpeg finds a few frames of an MP3 too few to be sure, and asks for more bytes behind an image of one pixel.
QUIET = ("misdetection possible", "EOI missing")


def image(path: Path, sample: Sample) -> Iterator[str]:
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
    yield from same("size", (frames[0].width, frames[0].height), (sample["width"], sample["height"]))


def video(path: Path, sample: Sample) -> Iterator[str]:
    form, codec = VIDEOS[sample["container"]]
    seconds = Fraction(sample["milliseconds"], 1000)
    rate = sample["framesPerSecond"]
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        found = (file.format.name, stream.codec_context.name, len(file.streams))
        if form not in found[0] or found[1:] != (codec, 1):
            yield f"is {found}"
        yield from same("size", (stream.width, stream.height), (sample["width"], sample["height"]))
        yield from same("duration", Fraction(file.duration, av.time_base), seconds)
        frames = [(frame.time, frame.width, frame.height) for frame in file.decode(video=0)]
        # A clip shorter than one frame has no rate.
        if seconds * rate >= 1:
            yield from same("rate", stream.base_rate, Fraction(rate))
    yield from same("frames", len(frames), -(-sample["milliseconds"] * rate // 1000))
    if any((width, height) != (sample["width"], sample["height"]) for _, width, height in frames):
        yield "has frames of another size"
    if any(abs(time - index / rate) > 0.001 for index, (time, *_) in enumerate(frames)):
        yield "has frames at other times"


def sound(path: Path, sample: Sample) -> Iterator[str]:
    container = sample["container"]
    seconds = Fraction(sample["milliseconds"], 1000)
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        found = (stream.codec_context.name, stream.sample_rate, stream.channels)
        frames = list(file.decode(audio=0))
    rate = OPUS_RATE if container == "Ogg" else sample["sampleRate"]
    yield from same("form", found, (SOUNDS[container], rate, sample["channels"]))
    took = Fraction(sum(frame.samples for frame in frames), rate)
    tolerance = MP3_TOLERANCE if container == "MP3" else Fraction(1, 2 * rate)
    if container == "MP3":
        seconds = max(seconds, Fraction(MP3_FRAMES * (1152 if rate >= 32_000 else 576), rate))
    if abs(took - seconds) > tolerance:
        yield f"decodes to {float(took)} s instead of {float(seconds)}"
    loudest = max(abs(float(frame.to_ndarray().max())) for frame in frames)
    if container in ("MP3", "Ogg") and loudest > 0:
        yield f"is not silent: {loudest}"
    if container == "WAV" and not 0 < loudest < 1100 and seconds > Fraction(1, 100):
        yield f"has no quiet tone: {loudest}"


def mesh(path: Path, sample: Sample) -> Iterator[str]:
    if sample["container"] == "FBX":
        meshes = assimp_py.import_file(str(path), assimp_py.Process_Triangulate).meshes
        yield from same("triangles", [mesh.num_indices for mesh in meshes], [36])
        return
    box = trimesh.load(path, force="mesh")
    found = (box.is_watertight, box.is_winding_consistent, box.volume > 0, len(box.faces))
    yield from same("mesh", found, (True, True, True, 12))
    yield from same("volume", Fraction(box.volume).limit_denominator(4096), volume(box.extents))


def volume(extents: Any) -> Fraction:
    x, y, z = (Fraction(float(extent)) for extent in extents)
    return (x * y * z).limit_denominator(4096)


def same(what: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"has {what} {found!r} instead of {wanted!r}"


def reader(container: str) -> Callable[[Path, Sample], Iterator[str]] | None:
    tables = ((IMAGES, image), (VIDEOS, video), (SOUNDS, sound), (MESHES, mesh))
    return next((read for table, read in tables if container in table), None)


def wrong(path: Path, sample: Sample) -> Iterator[str]:
    """What is wrong with a file, and what FFmpeg warns of while it reads it."""
    read = reader(sample["container"])
    if read is None:
        return
    with av.logging.Capture() as log:
        try:
            yield from read(path, sample)
        except Exception as error:  # noqa: BLE001 - whatever a reader says of a file
            yield f"cannot be read: {error!r}"
    for level, name, message in log:
        if level <= av.logging.WARNING and not any(quiet in message for quiet in QUIET):
            yield f"makes {name} warn: {message.strip()}"


def validate(node: Path, paths: list[Path]) -> dict[str, str] | None:
    """What the glTF validator finds in each file; `None` if it is not installed."""
    if not shutil.which("node") or not (node / "node_modules" / "gltf-validator").exists():
        return None
    command = ["node", "validate_gltf.mjs", *(str(path.resolve()) for path in paths)]
    return json.loads(subprocess.run(command, cwd=node, check=True, capture_output=True, text=True).stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--node", type=Path, default=Path(), help="folder where the glTF validator is installed")
    arguments = parser.parse_args()
    folder = arguments.folder
    samples: list[Sample] = json.loads((folder / "samples.json").read_text())
    av.logging.set_level(av.logging.WARNING)
    problems, unread = [], set()
    for sample in samples:
        if reader(sample["container"]) is None:
            unread.add(sample["container"])
        problems += [f"{sample['file']} {problem}" for problem in wrong(folder / sample["file"], sample)]
    reports = validate(arguments.node, [folder / sample["file"] for sample in samples if sample["container"] == "GLB"])
    problems += [f"{file}: {report}" for file, report in (reports or {}).items() if report]
    for problem in problems:
        print(problem)
    if reports is None:
        print("not checked by the glTF validator, which is not installed: GLB")
    if unread:
        print("not checked:", ", ".join(sorted(unread)))
    print(f"{len(samples)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

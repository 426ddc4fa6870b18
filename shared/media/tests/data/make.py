"""Makes the files in this folder: python3 -m pip install pillow imageio-ffmpeg && python3 make.py

The Rust encoders of the tests cannot make them: progressive, lossy with an alpha channel, animated.
Each has metadata that contains the word SECRET, which the inspection must remove.
"""

import subprocess

import imageio_ffmpeg
from PIL import Image, ImageCms, PngImagePlugin

SIZE = (40, 24)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><place>SECRET</place></x:xmpmeta>'
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(shift, mode="RGB"):
    image = Image.new(mode, SIZE)
    for x in range(SIZE[0]):
        for y in range(SIZE[1]):
            color = ((x * 6 + shift * 40) % 256, (y * 10) % 256, (x * y + shift) % 256, 255 if x > y else 90)
            image.putpixel((x, y), color[: len(mode)])
    return image


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "SECRET camera"
    data.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 0.0), 27: b"SECRET"})
    return data.tobytes()


def film():
    inputs = ["-f", "lavfi", "-i", "testsrc=size=48x32:rate=4:duration=1.5"]
    inputs += ["-f", "lavfi", "-i", "sine=frequency=440:duration=1.5"]
    codecs = ["-c:v", "libx264", "-crf", "45", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "16k"]
    # The location becomes a binary `loci` box.
    tags = ["location=+27.5916+086.5640/", "title=SECRET", "creation_time=2020-01-02T03:04:05Z"]
    metadata = [part for text in tags for part in ("-metadata", text)] + ["-metadata:s:v", "handler_name=SECRET"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *inputs, *codecs, *metadata, "film.mp4"]
    subprocess.run(command, check=True)


def main():
    film()
    picture(0).save("progressive.jpg", progressive=True, exif=exif(6), icc_profile=ICC, comment=b"SECRET", xmp=XMP)
    picture(0, "RGBA").save("lossy-alpha.webp", exif=exif(8), icc_profile=ICC, xmp=XMP, quality=60)
    frames = [picture(shift) for shift in (1, 2)]
    picture(0).save("animated.webp", save_all=True, append_images=frames, duration=80, exif=exif(1), xmp=XMP, quality=60)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET")
    picture(0).save(
        "animated.png", save_all=True, append_images=frames, duration=80, pnginfo=text, exif=exif(6), icc_profile=ICC
    )
    picture(0).save("animated.gif", save_all=True, append_images=frames, duration=80, loop=3, comment=b"SECRET")


if __name__ == "__main__":
    main()

//! Compresses what the function serves: the OpenAPI document, our own script and style, and the files of Swagger UI.
//!
//! Each file is written as gzip into cargo's output folder. Its digest, which is part of its name or its ETag, becomes an
//! environment variable of the compiler.

use std::error::Error;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipArchive};

/// Our files: where they are from here, and their names in code.
const OURS: [(&str, &str); 3] =
    [("../../docs/openapi.json", "OPENAPI"), ("assets/docs.js", "SCRIPT"), ("assets/docs.css", "STYLE")];
/// The files of Swagger UI, below the archive's folder.
const OF_SWAGGER_UI: [(&str, &str); 4] = [
    ("dist/swagger-ui-bundle.js", "SWAGGER_SCRIPT"),
    ("dist/swagger-ui.css", "SWAGGER_STYLE"),
    ("LICENSE", "SWAGGER_LICENCE"),
    ("NOTICE", "SWAGGER_NOTICE"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    for (path, name) in OURS {
        println!("cargo::rerun-if-changed={path}");
        let content = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        write(name, &gzip(&content)?)?;
    }
    let mut archive = ZipArchive::new(Cursor::new(swagger_ui::SWAGGER_UI_VENDORED))?;
    for (path, name) in OF_SWAGGER_UI {
        let below = |full: &str| full.split_once('/').is_some_and(|(_, below)| below == path);
        let index = archive.file_names().position(|full| full.is_ok_and(|full| below(&full)));
        let index = index.ok_or_else(|| format!("Swagger UI has no {path}"))?;
        write(name, &member(&mut archive, index)?)?;
    }
    Ok(())
}

/// A file of the archive as gzip. A deflated one is not compressed anew: gzip puts a header and a trailer around the same
/// data (RFC 1952 §2.3).
fn member(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut file = archive.by_index_raw(index)?;
    let mut data = Vec::new();
    file.read_to_end(&mut data)?;
    match file.compression() {
        CompressionMethod::Stored => gzip(&data),
        _ => {
            let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
            gzip.append(&mut data);
            gzip.extend(file.crc32().to_le_bytes());
            gzip.extend(u32::try_from(file.size())?.to_le_bytes());
            Ok(gzip)
        }
    }
}

fn gzip(content: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn write(name: &str, gzip: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(folder.join(Path::new(name).with_extension("gz")), gzip)?;
    let digest = hex::encode(Sha256::digest(gzip));
    println!("cargo::rustc-env={name}_DIGEST={}", digest.get(..12).unwrap_or_default());
    Ok(())
}

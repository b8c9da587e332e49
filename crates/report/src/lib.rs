//! Charts and export formats: from an outcome to bytes. Drawing never chooses a path.

//! Tables as Markdown, row by row.

/// Prints rows of one width.
pub struct Table {
    widths: Vec<usize>,
}

impl Table {
    /// Prints the heading.
    pub fn start(first: &str, others: &[&str]) -> Self {
        Self::with_widths([28, 9], first, others)
    }

    /// Prints the heading; the first column and each of the others are at least so wide.
    pub fn with_widths([own, least]: [usize; 2], first: &str, others: &[&str]) -> Self {
        let others_widths = others.iter().map(|name| name.len().max(least));
        let table = Self { widths: [own].into_iter().chain(others_widths).collect() };
        table.row(first, others.iter().map(|name| (*name).to_owned()));
        let dashes = table.widths[1..].iter().map(|width| "-".repeat(width - 1) + ":");
        table.row(&"-".repeat(table.widths[0]), dashes);
        table
    }

    pub fn row(&self, first: &str, others: impl IntoIterator<Item = String>) {
        print!("| {first:<width$} |", width = self.widths[0]);
        for (text, width) in others.into_iter().zip(&self.widths[1..]) {
            print!(" {text:>width$} |");
        }
        println!();
    }
}

/// Prints three significant digits.
pub fn number(value: f64) -> String {
    let digits = match value {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.9995 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn three_digits_count() {
        let texts = [123.4, 99.96, 12.34, 9.996, 1.234, 0.1234].map(number);
        assert_eq!(texts, ["123", "100", "12.3", "10.0", "1.23", "0.123"]);
    }
}
